import type { PageLink } from './page-link.js'

const guides: readonly PageLink[] = []

export default guides
