import type { Theme } from 'vitepress'
// Without the fonts of the theme: systems have good ones, and a page loads faster.
import DefaultTheme from 'vitepress/theme-without-fonts'
import './diagrams.css'
import './style.css'

export default { extends: DefaultTheme } satisfies Theme
