import type { PageLink } from './page-link.js'

const project: readonly PageLink[] = [
  { text: 'Requirements', link: '/requirements' },
  { text: 'Benchmarks', link: '/benchmarks' },
]

export default project
