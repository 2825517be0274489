import { Api, newKey, Problem } from './api.js'
import { follow, recover } from './following.js'
import { plain } from './markdown.js'
import { WORDS } from './words.js'

/** @typedef {import('./types.js').Turn} Turn */
/** @typedef {import('./types.js').Reply} Reply */

/**
 * The state of the page: one conversation and the list of the others. It knows no elements;
 * they listen for `change`, which comes at most once per frame while text streams in.
 */
export class Chat extends EventTarget {
  constructor() {
    super()
    this.api = new Api()
    this.id = ''
    /** @type {Turn[]} */
    this.turns = []
    /** @type {Map<string, import('./types.js').Settled>} */
    this.settled = new Map()
    /** @type {import('./types.js').Arrival[]} */
    this.arrivals = []
    this.lastArrival = 0
    this.handoff = '' // a person's order
    this.announced = ''
    this.problem = ''
    this.loading = false
    this._watching = null
    /** @type {import('./types.js').Person | null} */
    this.me = null
    /** @type {import('./types.js').Agent[]} */
    this.agents = []
    this.limit = 4000
    /** @type {Promise<void> | null} */
    this._met = null
    this._keys = new Map()
    this._abort = null
    this._frame = 0
    this._wantsPerson = false
    this._visit = 0 // grows when another conversation is shown: what still arrives for the old one is dropped
  }

  get busy() {
    return this.loading || this.turns.some((turn) => ['sending', 'running', 'recovering'].includes(turn.state))
  }

  /** Learns who the reader is to the server. It comes first: with its answer an anonymous reader gets a cookie. */
  meet() {
    this._met ??= this._meet()
    return this._met
  }

  /** Becomes a demo identity and starts anew. @param {string} identity */
  async become(identity) {
    await this.api.become(identity)
    this._met = null
    await this.meet()
    this.startNew()
  }

  /** Sends a message and follows its answer to the end. @param {string} text @param {import('./types.js').Place | null} [place] */
  async send(text, place = null) {
    if (this.busy || !text.trim()) return
    const turn = newTurn(text.trim(), 'sending', place)
    this.turns = [...this.turns, turn]
    this.say(WORDS.generating)
    await this.run(turn, (signal) => follow(this, turn, signal))
  }

  /** Hands the conversation to a person; while an answer runs, right after it. */
  async handOff() {
    this._wantsPerson = this.busy
    if (this.busy) this.say(WORDS.humanNext)
    else await (await people()).handOver(this)
  }

  /** Sends a message again that was not answered. @param {Turn} turn */
  async again(turn) {
    this.turns = this.turns.filter((each) => each !== turn || each.id)
    await this.send(turn.text, turn.place)
  }

  /** Ends the display of the running answer; the server finishes it, and its result is read then. */
  stop() {
    const turn = this.turns.find((each) => ['sending', 'running', 'recovering'].includes(each.state))
    if (!turn || turn.stopped) return
    this.update(turn, { stopped: true })
    this._abort?.abort()
  }

  /**
   * Decides an action; asking twice with one key does it once.
   * @param {import('./types.js').Action} action @param {'confirm' | 'cancel' | 'edit'} decision @param {object} [changes]
   */
  async decide(action, decision, changes) {
    const before = this.settled.get(action.id)
    if (before && before.is !== 'unsure') return
    this._settle(action.id, 'deciding')
    const name = `${action.id}:${decision}:${JSON.stringify(changes ?? null)}`
    if (!this._keys.has(name)) this._keys.set(name, newKey())
    const visit = this._visit
    try {
      const body = changes ? { decision, arguments: changes } : { decision }
      const reply = await this.api.post(`/conversations/${this.id}/actions/${action.id}`, body, this._keys.get(name))
      if (visit === this._visit) this._decided(action, decision, reply)
    } catch (problem) {
      if (visit === this._visit) this._undecided(action, problem)
    }
  }

  /** @param {string} turn @param {'up' | 'down'} rating @param {string} [comment] */
  rate(turn, rating, comment) {
    const body = comment ? { rating, comment } : { rating }
    return this.api.post(`/conversations/${this.id}/turns/${turn}/feedback`, body)
  }

  /** Shows a conversation as the server has it; without an id, an empty one. @param {string} id */
  async open(id) {
    const visit = this._leave(id)
    this.loading = Boolean(id)
    try {
      await this.meet()
      if (id) this._take(visit, ...(await Promise.all([this.api.get(`/conversations/${id}`), import('./past.js')])))
    } catch (problem) {
      if (visit === this._visit) this._lost(problem)
    }
    if (visit !== this._visit) return
    this.loading = false
    this.changed()
    const running = this.turns.find((turn) => turn.state === 'recovering')
    if (running) await this.run(running, () => recover(this, running))
  }

  /** An empty conversation; the server hears of it with the first message. */
  startNew() {
    this._leave('')
    this.changed()
  }

  /** The conversation on the server, made when there is none yet. @param {string} key */
  async ensure(key) {
    if (this.id) return this.id
    const visit = this._visit
    await this.meet()
    const { id } = await this.api.post('/conversations', {}, `c-${key}`)
    if (visit === this._visit) this.id = id
    return id
  }

  /** @param {Turn} turn @param {Partial<Turn>} changes */
  update(turn, changes) {
    Object.assign(turn, changes, { version: turn.version + 1 })
    this.changed()
  }

  /** Takes in a piece of text; the page hears of it with the next frame. @param {Turn} turn @param {string} piece */
  hear(turn, piece) {
    turn.said += piece
    turn.version += 1
    if (!this._frame) this._frame = requestAnimationFrame(() => this.changed())
  }

  /** @param {Turn} turn @param {Reply} reply */
  finish(turn, reply) {
    const said = turn.stopped ? turn.said : reply.text
    this.update(turn, { id: reply.turn_id, reply, said, state: 'finished', step: '', arrived: Date.now() })
    this._listen()
    this.say(spoken(reply))
  }

  /** @param {Turn} turn @param {string} problem */
  fail(turn, problem) {
    this.update(turn, { state: 'failed', problem, step: '' })
    this.say(problem)
  }

  /** What a screen reader says, once. @param {string} text */
  say(text) {
    this.announced = text
    this.changed()
  }

  changed() {
    cancelAnimationFrame(this._frame)
    this._frame = 0
    this.dispatchEvent(new Event('change'))
  }

  async _meet() {
    try {
      this.me = await this.api.get('/me')
      this.agents = (await this.api.get('/agents')).agents
      this.changed()
    } catch (problem) {
      this._met = null // to be tried again
      throw problem
    }
  }

  _take(visit, view, past) {
    if (visit !== this._visit) return
    this.turns = view.turns.map(turnOf)
    this.handoff = view.handoff ?? ''
    this.settled = past.settledIn(this.turns)
    this._listen()
  }

  /** A conversation that cannot be shown: gone, or the server does not answer. */
  _lost(problem) {
    if (!(problem instanceof Problem)) throw problem
    if (problem.status === 404) this.id = ''
    this.problem = problem.message
    this.say(problem.message)
  }

  /** What goes wrong is shown in the turn. */
  async run(turn, work) {
    this._abort = new AbortController()
    const visit = this._visit
    try {
      await work(this._abort.signal)
    } catch (problem) {
      if (visit !== this._visit) return
      if (!(problem instanceof Problem)) throw problem
      this.fail(turn, problem.message)
    }
    if (this._wantsPerson && visit === this._visit) await this.handOff()
  }

  /** Once something was handed in, something may arrive. */
  _listen() {
    const awaits = this.turns.some((turn) => turn.reply?.receipts.length) || this.handoff
    if (!awaits || this._watching || !this.id) return
    this._watching = new AbortController()
    const { signal } = this._watching
    people().then(({ watch }) => watch(this, signal))
  }

  _leave(id) {
    this._abort?.abort()
    this._watching?.abort()
    this._watching = null
    this.arrivals = []
    this.lastArrival = 0
    this.handoff = ''
    this._visit += 1
    this.id = id
    this.turns = []
    this.settled = new Map()
    this.announced = ''
    this.problem = ''
    this.loading = false
    this._wantsPerson = false
    return this._visit
  }

  _settle(id, is, note = '') {
    this.settled = new Map(this.settled).set(id, { is, note })
    this.changed()
  }

  _decided(action, decision, reply) {
    this._settle(action.id, reply.outcome.is === 'refused' ? 'over' : decision)
    if (this.turns.some((turn) => turn.id === reply.turn_id)) return
    const words = { confirm: '确认提交', cancel: '取消', edit: '修改内容' }
    const turn = newTurn(words[decision], 'running', null)
    this.turns = [...this.turns, turn]
    this.finish(turn, reply)
  }

  _undecided(action, problem) {
    if (!(problem instanceof Problem)) throw problem
    const refused = problem.status >= 400 && problem.status < 500
    const mendable = problem.status === 400 || problem.status === 422
    const note = refused ? problem.message : WORDS.unsure
    this._settle(action.id, refused && !mendable ? 'over' : 'unsure', note)
    this.say(note)
  }
}

const people = () => import('./arrivals.js')

/** @returns {Turn} */
export function newTurn(text, state, place) {
  const empty = { id: null, said: '', step: '', stopped: false, reply: null, problem: '', arrived: 0, version: 0 }
  return { ...empty, key: newKey(), text, state, place, at: Date.now() }
}

/** @param {import('./types.js').TurnView} view @returns {Turn} */
function turnOf(view) {
  const state = view.state === 'running' ? 'recovering' : view.state
  const turn = newTurn(view.text, state, null)
  const problem = state === 'failed' ? WORDS.failed : ''
  const at = Date.parse(view.created_at)
  return { ...turn, at, id: view.id, reply: view.reply, said: view.reply?.text ?? '', problem }
}

function spoken(reply) {
  const actions = reply.actions.map((action) => `${action.title}。${action.summary}`)
  const choices = reply.asks.flatMap((asked) => asked.choices)
  const rest = choices.length ? [`可选：${choices.join('、')}`] : []
  return [`${WORDS.label}的回答：`, plain(reply.text), ...actions, ...rest].join('\n')
}
