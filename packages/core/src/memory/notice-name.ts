import type { NoticeKind } from '../notices/index.js'

/** By what a notice is kept: there is one of each kind about a key. */
export function noticeName(keyId: string, kind: NoticeKind): string {
  return `${kind} ${keyId}`
}
