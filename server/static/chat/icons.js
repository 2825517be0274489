import { html } from '../vendor/lit.js'

/** A line drawing, 24 units wide, in the colour of the text around it. */
const icon = (d) => html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path d=${d}></path></svg>`

export const ICONS = {
  menu: icon('M4 7h16M4 12h16M4 17h10'),
  call: icon('M6 3h4l1.5 5L9 9.8a12 12 0 0 0 5.2 5.2l1.8-2.5 5 1.5v4a2 2 0 0 1-2.2 2A16.5 16.5 0 0 1 4 5.2 2 2 0 0 1 6 3z'),
  send: icon('M12 20V5M5.5 11.5L12 5l6.5 6.5'),
  latest: icon('M12 4v15M5.5 12.5L12 19l6.5-6.5'),
  stop: icon('M7 7h10v10H7z'),
  place: icon('M12 21s7-6.2 7-11.5A7 7 0 0 0 5 9.5C5 14.8 12 21 12 21zM12 12a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z'),
  close: icon('M6 6l12 12M18 6L6 18'),
  up: icon('M7 11v9H4v-9zM7 11l4-8a2 2 0 0 1 2.5 2.3L13 9h5.5a2 2 0 0 1 2 2.4l-1.3 7a2 2 0 0 1-2 1.6H7'),
  down: icon('M17 13V4h3v9zM17 13l-4 8a2 2 0 0 1-2.5-2.3L11 15H5.5a2 2 0 0 1-2-2.4l1.3-7a2 2 0 0 1 2-1.6H17'),
  copy: icon('M9 9h11v11H9zM5 15H4V4h11v1'),
  bin: icon('M4 7h16M9 7V4h6v3M6 7l1 13h10l1-13M10 11v5M14 11v5'),
  add: icon('M12 5v14M5 12h14'),
  check: icon('M4.5 12.5l5 5L19.5 7'),
}
