const WAIT_MS = 8000
const CAUSES = {
  1: '您没有允许定位。可以直接写明地点，例如路名、门牌或附近的标志。',
  2: '暂时无法定位。请直接写明地点，例如路名、门牌或附近的标志。',
  3: '定位超时了。请直接写明地点，例如路名、门牌或附近的标志。',
}

/**
 * Where the device is, asked for once; fails with a sentence for the reader.
 * @returns {Promise<import('./types.js').Place>}
 */
export function locate() {
  return new Promise((resolve, reject) => {
    const found = ({ coords }) => resolve({ lon: round(coords.longitude), lat: round(coords.latitude), crs: 'WGS84' })
    const lost = ({ code }) => reject(new Error(CAUSES[code] ?? CAUSES[2]))
    navigator.geolocation.getCurrentPosition(found, lost, { timeout: WAIT_MS, maximumAge: 60_000 })
  })
}

/** Six decimals are a decimetre; more would only look exact. */
function round(degrees) {
  return Number(degrees.toFixed(6))
}
