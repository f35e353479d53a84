import { renderMermaidSVG } from 'beautiful-mermaid'
import type { MarkdownOptions } from 'vitepress'

/** How narrow a diagram may become before it is scrolled, in pixels: below that, nobody can read its text. */
const leastWidth = 600

/**
 * Draws blocks of Mermaid while the site is built, so that a page needs no script for them. GitHub draws the same blocks itself. The
 * colours are those of the theme, dark and light: `theme/diagrams.css` has what they are made into.
 */
export const drawDiagrams: NonNullable<MarkdownOptions['config']> = ({ renderer }) => {
  const { fence } = renderer.rules
  renderer.rules.fence = (tokens, index, ...others) => {
    const { info, content } = tokens[index] ?? { info: '', content: '' }
    if (info.trim() !== 'mermaid') return fence?.(tokens, index, ...others) ?? ''
    const drawn = renderMermaidSVG(content, { bg: 'var(--vp-c-bg)', fg: 'var(--vp-c-text-1)', transparent: true })
    // Its own style asks another origin for a font, and Vue takes none within a page.
    const svg = drawn.replace(/<style>.*?<\/style>/gs, '')
    const width = Math.min(leastWidth, Number(/ width="([\d.]+)"/.exec(svg)?.[1] ?? leastWidth))
    return `<div class="diagram" v-pre>${svg.replace(' style="', ` style="min-width:${width}px;`)}</div>\n`
  }
}
