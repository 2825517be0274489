import { WORDS } from './words.js'

const ROOT = '/api/v1'
const TOKEN = 'hanzhi.token'
const IDENTITY = 'hanzhi.identity'

/** A refusal of the server, or no answer at all (`status` 0); the message is for the reader. */
export class Problem extends Error {
  /** @param {string} message @param {number} status @param {Record<string, any>} [body] */
  constructor(message, status, body = {}) {
    super(message)
    this.status = status
    this.body = body
  }
}

/** The server's HTTP API. An anonymous reader is known by a cookie, a demo identity by its token. */
export class Api {
  constructor() {
    this.identity = sessionStorage.getItem(IDENTITY) || ''
  }

  /** @param {string} path @returns {Promise<any>} */
  get(path) {
    return this._json(path, { method: 'GET' })
  }

  /** @param {string} path @param {object} body @param {string} [key] @returns {Promise<any>} */
  post(path, body, key) {
    return this._json(path, posting(body, key))
  }

  /** @param {string} path @returns {Promise<any>} */
  remove(path) {
    return this._json(path, { method: 'DELETE' })
  }

  /**
   * Posts and hands out the response for reading as it arrives.
   * @param {string} path @param {object} body @param {string} key @param {AbortSignal} signal
   */
  stream(path, body, key, signal) {
    const options = posting(body, key)
    return this.fetch(path, { ...options, signal, headers: { ...options.headers, Accept: 'text/event-stream' } })
  }

  /** Becomes a demo identity; an empty one is anonymous again. @param {string} identity */
  async become(identity) {
    const token = identity ? (await this.post('/demo/login', { identity })).token : ''
    sessionStorage.setItem(TOKEN, token)
    sessionStorage.setItem(IDENTITY, identity)
    this.identity = identity
  }

  _forget() {
    sessionStorage.removeItem(TOKEN)
    sessionStorage.removeItem(IDENTITY)
    this.identity = ''
  }

  async _json(path, options) {
    const response = await this.fetch(path, options)
    return response.status === 204 ? null : response.json()
  }

  /** @param {string} path @param {RequestInit} options */
  async fetch(path, options) {
    const token = sessionStorage.getItem(TOKEN)
    const headers = { Accept: 'application/json', ...options.headers }
    if (token) headers.Authorization = `Bearer ${token}`
    let response
    try {
      response = await fetch(ROOT + path, { ...options, headers, credentials: 'same-origin', cache: 'no-store' })
    } catch (cause) {
      if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
      throw new Problem(WORDS.unreachable, 0)
    }
    if (response.ok) return response
    if (response.status === 401 && token) this._forget() // the token has expired: anonymous again
    throw await problemOf(response)
  }
}

/** A key under which the server does a thing once, however often it is asked. */
export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

function posting(body, key) {
  const headers = { 'Content-Type': 'application/json', ...(key ? { 'Idempotency-Key': key } : {}) }
  return { method: 'POST', body: JSON.stringify(body), headers }
}

async function problemOf(response) {
  let body = {}
  if ((response.headers.get('content-type') || '').includes('json')) body = await response.json()
  return new Problem(body.detail || WORDS.noAnswer, response.status, body)
}
