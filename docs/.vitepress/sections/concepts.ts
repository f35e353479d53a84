import type { PageLink } from './page-link.js'

const concepts: readonly PageLink[] = []

export default concepts
