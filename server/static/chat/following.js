import { Problem } from './api.js'
import { Cut, eventsOf } from './events.js'
import { WORDS } from './words.js'

const PAUSES = [300, 600, 1000, 1500, 2500, 4000]
const PATIENCE_MS = 180_000

/**
 * Sends a turn and shows its answer as it arrives. A stream that breaks is made good from the stored conversation.
 * @param {import('./chat.js').Chat} chat @param {import('./types.js').Turn} turn @param {AbortSignal} signal
 */
export async function follow(chat, turn, signal) {
  try {
    const id = await chat.ensure(turn.key)
    const body = turn.place ? { text: turn.text, location: turn.place } : { text: turn.text }
    const response = await chat.api.stream(`/conversations/${id}/turns`, body, turn.key, signal)
    for await (const event of eventsOf(response)) {
      if (signal.aborted) break
      take(chat, turn, event)
    }
    if (turn.state === 'running' || turn.state === 'sending') throw new Cut('the stream ended early')
  } catch (problem) {
    if (signal.aborted && !turn.stopped) return // another conversation is shown
    if (!recoverable(problem, turn)) throw problem
    await recover(chat, turn)
  }
}

/**
 * Reads the stored conversation until the turn has ended; sends it again, under its key, if it never arrived.
 * @param {import('./chat.js').Chat} chat @param {import('./types.js').Turn} turn
 */
export async function recover(chat, turn) {
  chat.update(turn, { state: 'recovering' })
  const [id, until] = [chat.id, Date.now() + PATIENCE_MS]
  for (let round = 0; Date.now() < until; round += 1) {
    await pause(PAUSES[Math.min(round, PAUSES.length - 1)])
    if (chat.id !== id || !chat.turns.includes(turn)) return
    const found = await lookUp(chat, turn)
    if (found === 'missing') return resend(chat, turn)
    if (found?.state === 'finished') return chat.finish(turn, found.reply)
    if (found?.state === 'failed') return chat.fail(turn, WORDS.failed)
  }
  throw new Problem(WORDS.unreachable, 0)
}

function take(chat, turn, event) {
  if (event.type === 'RUN_STARTED') chat.update(turn, { id: event.runId, state: 'running' })
  else if (event.type === 'STEP_STARTED') chat.update(turn, { step: event.stepName })
  else if (event.type === 'TEXT_MESSAGE_CONTENT') chat.hear(turn, event.delta)
  else if (event.type === 'RUN_FINISHED') chat.finish(turn, event.result)
  else if (event.type === 'RUN_ERROR') chat.fail(turn, event.message || WORDS.failed)
}

function recoverable(problem, turn) {
  if (problem instanceof Problem) return problem.status === 0 || problem.status >= 502 || problem.status === 409
  return problem instanceof Cut || turn.stopped
}

/** The stored turn; null when the server does not answer just now, 'missing' when it has never had it. */
async function lookUp(chat, turn) {
  try {
    if (!chat.id) return 'missing'
    const { turns } = await chat.api.get(`/conversations/${chat.id}`)
    if (turn.id) return turns.find((each) => each.id === turn.id) ?? null
    const known = new Set(chat.turns.map((each) => each.id))
    const fresh = turns.filter((each) => !known.has(each.id))
    const found = fresh.find((each) => each.text === turn.text)
    if (found) chat.update(turn, { id: found.id })
    return found ?? (fresh.some((each) => each.state === 'running') ? null : 'missing')
  } catch (problem) {
    if (problem instanceof Problem && (problem.status === 0 || problem.status >= 500)) return null
    throw problem
  }
}

async function resend(chat, turn) {
  const place = turn.place ? { location: turn.place } : {}
  const id = await chat.ensure(turn.key)
  const reply = await chat.api.post(`/conversations/${id}/turns`, { text: turn.text, ...place }, turn.key)
  chat.finish(turn, reply)
}

/** Waits, but not past the moment the network comes back. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds)
    window.addEventListener('online', done)
    function done() {
      clearTimeout(timer)
      window.removeEventListener('online', done)
      resolve(undefined)
    }
  })
}
