/** The stream ended or broke before the server said that it was complete. */
export class Cut extends Error {}

/**
 * Reads server-sent events and yields the JSON of each.
 * @param {Response} response
 * @returns {AsyncGenerator<any>}
 */
export async function* eventsOf(response) {
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  let ended = false
  try {
    for (;;) {
      const { done, value } = await read(reader)
      ended = done
      if (done) return
      rest += decoder.decode(value, { stream: true })
      const frames = rest.split(/\r?\n\r?\n/)
      rest = frames.pop()
      for (const frame of frames) {
        const data = dataOf(frame)
        if (data) yield JSON.parse(data)
      }
    }
  } finally {
    if (!ended) reader.cancel().catch(() => undefined) // already broken: nothing is left to cancel
  }
}

async function read(reader) {
  try {
    return await reader.read()
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new Cut('the stream broke')
  }
}

/** The data of one frame; a comment (heartbeat) has none. */
function dataOf(frame) {
  const lines = frame.split(/\r?\n/).filter((line) => line.startsWith('data:'))
  return lines.map((line) => line.slice(5).replace(/^ /, '')).join('\n')
}
