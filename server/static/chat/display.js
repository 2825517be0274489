const SIZE = 'hanzhi.size'
const THEME = 'hanzhi.theme'

export const SIZES = { standard: '标准', large: '大字', elder: '长辈版', 'elder-max': '特大' }
export const THEMES = { auto: '跟随系统', light: '浅色', dark: '深色', contrast: '高对比' }

/** The reader's choice of text size and colours, kept in this browser. */
export const display = {
  get size() {
    return kept(SIZE) in SIZES ? kept(SIZE) : 'standard'
  },
  set size(value) {
    keep(SIZE, value)
    this.apply()
  },
  get theme() {
    return kept(THEME) in THEMES ? kept(THEME) : 'auto'
  },
  set theme(value) {
    keep(THEME, value)
    this.apply()
  },
  apply() {
    document.documentElement.dataset.size = this.size
    document.documentElement.dataset.theme = this.theme
  },
}

function kept(name) {
  return localStorage.getItem(name) ?? ''
}

function keep(name, value) {
  localStorage.setItem(name, value)
}
