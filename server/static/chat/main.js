import { display } from './display.js'
import './page.js'

display.apply()
