/**
 * The records of the HTTP API, as the page reads them.
 *
 * @typedef {{is: string, reason: string | null}} Outcome
 * @typedef {{number: number, kind: 'passage' | 'record', title: string, quote: string, document_id?: string | null,
 *   heading_path?: string[], start?: number | null, end?: number | null, document_number?: string | null,
 *   issuer?: string | null, published?: string | null, source_url?: string | null, evidence?: string | null,
 *   status?: string | null, tool?: string | null, record?: Record<string, unknown> | null}} Citation
 * @typedef {{tool: string | null, slot: string, kind: string, question: string, choices: string[],
 *   required: boolean}} Asked
 * @typedef {{id: string, tool: string, title: string, arguments: Record<string, unknown>, summary: string,
 *   expires_at: string}} Action
 * @typedef {{action_id: string, tool: string, title: string, object_id: string, at: string}} Receipt
 * @typedef {{conversation_id: string, turn_id: string, agent: string, text: string, outcome: Outcome,
 *   citations: Citation[], asks: Asked[], actions: Action[], receipts: Receipt[], suggestions: string[],
 *   ai_generated: boolean, degraded: string | null}} Reply
 * @typedef {{id: string, sequence: number, state: 'running' | 'finished' | 'failed', text: string,
 *   reply: Reply | null, created_at: string}} TurnView
 * @typedef {{id: string, title: string, created_at: string, updated_at: string}} Conversation
 * @typedef {{id: string, name: string | null, anonymous: boolean,
 *   demo_identities: {identity: string, name: string}[]}} Person
 * @typedef {{name: string, title: string, suggestions: string[]}} Agent
 * @typedef {{lon: number, lat: number, crs: 'WGS84'}} Place
 *
 * How far a turn has come on this page: `sending` until the server has stored it, `running` while it is answered,
 * `recovering` while a cut stream is being made good, then `finished` or `failed`.
 * `said` is the text that is shown; `stopped` is set when the reader stopped the display.
 * @typedef {'sending' | 'running' | 'recovering' | 'finished' | 'failed'} TurnState
 * @typedef {{key: string, id: string | null, text: string, state: TurnState, said: string, step: string,
 *   stopped: boolean, reply: Reply | null, problem: string, arrived: number, place: Place | null,
 *   version: number, at: number}} Turn
 *
 * Something that came outside the turns; `at` places it among them.
 * @typedef {{sequence: number, at: string | number, kind: 'handoff' | 'reply' | 'progress' | 'returned', text: string,
 *   data: Record<string, any>, key: string}} Arrival
 *
 * What became of an action: `deciding` while the server is asked, then how it ended; `note` says more.
 * @typedef {{is: 'deciding' | 'confirm' | 'cancel' | 'edit' | 'unsure' | 'over', note: string}} Settled
 */

export {}
