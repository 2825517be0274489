/** The parts that are not seen at first: cards inside answers, and panels. They come after the page stands. */
import './arrival-note.js'
import './citation-panel.js'
import './confirm-card.js'
import './feedback.js'
import './menu-panel.js'
import './place-panel.js'
import './receipt-card.js'
