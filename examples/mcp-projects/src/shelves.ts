// In place of a product's own database.
const shelves = new Map<string, string[]>([['tasks of apollo', ['Choose a landing site']]])

export function list(shelf: string): string {
  return (shelves.get(shelf) ?? []).join('\n')
}

export function add(shelf: string, entry: string): string {
  shelves.set(shelf, [...(shelves.get(shelf) ?? []), entry])
  return entry
}
