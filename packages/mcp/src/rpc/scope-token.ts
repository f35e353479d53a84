/** Whether OAuth allows `scope` as a name, so that a list of scopes can be joined by spaces (RFC 6749 §3.3). */
export function isScopeToken(scope: string): boolean {
  return /^[\x21\x23-\x5b\x5d-\x7e]+$/.test(scope)
}
