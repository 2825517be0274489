import { Problem } from './api.js'
import { newTurn } from './chat.js'
import { Cut, eventsOf } from './events.js'
import { WORDS } from './words.js'

const AGAIN_MS = 3000

/** Hands the conversation to a person: pressing was the yes. @param {import('./chat.js').Chat} chat */
export async function handOver(chat) {
  const turn = newTurn(WORDS.human, 'sending', null)
  chat.turns = [...chat.turns, turn]
  await chat.run(turn, async () => {
    const id = await chat.ensure(turn.key)
    chat.finish(turn, await chat.api.post(`/conversations/${id}/handoff`, {}, turn.key))
  })
}

/** Has the agents speak again. @param {import('./chat.js').Chat} chat */
export async function comeBack(chat) {
  try {
    await chat.api.remove(`/conversations/${chat.id}/handoff`)
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem
    if (problem.status !== 409) return chat.say(problem.message) // 409: they do already
  }
  chat.handoff = ''
  return chat.changed()
}

/**
 * Follows what arrives in the shown conversation outside its turns: a person's reply, the progress of a case.
 * What came before is read first, without being announced; a stream that ends is taken up where it was.
 * @param {import('./chat.js').Chat} chat @param {AbortSignal} signal
 */
export async function watch(chat, signal) {
  const path = `/conversations/${chat.id}/events`
  let read = false
  while (!signal.aborted) {
    try {
      if (!read) {
        const { events } = await chat.api.get(`${path}?after=${chat.lastArrival}`)
        if (signal.aborted) return
        events.forEach((event) => take(chat, event, true))
        read = true
      }
      const headers = { Accept: 'text/event-stream', 'Last-Event-ID': String(chat.lastArrival) }
      const response = await chat.api.fetch(path, { method: 'GET', signal, headers })
      for await (const event of eventsOf(response)) {
        if (signal.aborted) return
        take(chat, event, false)
      }
    } catch (problem) {
      if (signal.aborted) return
      if (!(problem instanceof Problem || problem instanceof Cut)) throw problem
      if (problem instanceof Problem && [401, 403, 404].includes(problem.status)) return
    }
    await rest(signal)
  }
}

/** @param {import('./chat.js').Chat} chat @param {import('./types.js').Arrival} arrival @param {boolean} past */
function take(chat, arrival, past) {
  if (arrival.sequence <= chat.lastArrival) return
  chat.lastArrival = arrival.sequence
  if (arrival.kind === 'handoff') chat.handoff = String(arrival.data.number)
  if (arrival.kind === 'returned') chat.handoff = ''
  const stood = chat.turns.length && !past ? chat.turns[chat.turns.length - 1].at : 0
  const at = Math.max(Date.parse(String(arrival.at)), stood)
  // Handing over is a turn of its own, which shows it.
  if (arrival.kind !== 'handoff') chat.arrivals = [...chat.arrivals, { ...arrival, key: `a${arrival.sequence}`, at }]
  if (past) chat.changed()
  else chat.say(arrival.text)
}

/** @param {AbortSignal} signal */
function rest(signal) {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, AGAIN_MS)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve(undefined)
    })
  })
}
