/** What a link asks for. It fills in the form, and somebody decides. */
export interface Prefill {
  readonly name: string
  readonly description: string
  readonly scopes: readonly string[]
  readonly preset: string
  readonly roles: readonly string[]
}

/** Reads `?new&name=…&scopes=…`. `null`: the link asks for nothing. */
export function readPrefill(search: string): Prefill | null {
  const query = new URLSearchParams(search)
  if (!query.has('new')) return null
  const words = (name: string): string[] => (query.get(name) ?? '').split(/[\s,]+/).filter((word) => word !== '')
  return {
    name: query.get('name') ?? '',
    description: query.get('description') ?? '',
    scopes: words('scopes'),
    preset: query.get('preset') ?? '',
    roles: words('roles'),
  }
}
