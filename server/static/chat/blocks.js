/**
 * Cuts growing Markdown into blocks that are complete and the tail that may still change.
 * @param {import('../vendor/marked.js').Marked} marked
 * @param {string} text
 * @returns {{finished: string[], tail: string}}
 */
export function cutBlocks(marked, text) {
  const tokens = marked.lexer(text)
  const last = lastBlock(tokens)
  const finished = tokens.slice(0, last).filter((token) => token.type !== 'space')
  return { finished: finished.map((token) => token.raw), tail: tokens.slice(last).map((token) => token.raw).join('') }
}

function lastBlock(tokens) {
  let last = tokens.length - 1
  while (last > 0 && tokens[last].type === 'space') last -= 1
  return Math.max(last, 0)
}
