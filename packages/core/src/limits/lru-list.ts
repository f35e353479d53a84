/** Ids in the order of their last use. Every operation takes constant time. */
export interface LruList {
  readonly size: number
  /** The least recently used id; `undefined` if there is none. */
  readonly oldest: string | undefined
  /** Marks `id` as the most recently used, and adds it if it is new. */
  touch(id: string): void
  /** Removes and returns the least recently used id; `undefined` if there is none. */
  removeOldest(): string | undefined
}

interface Link {
  readonly id: string
  prev: Link
  next: Link
}

/**
 * Creates an empty list, as a ring of links. A `Set` also keeps an order, but each removal leaves a gap in it. If one id is
 * removed and added again many times, each lookup has to search through its gaps.
 */
export function lruList(): LruList {
  const links = new Map<string, Link>()
  // The sentinel links the most and the least recently used id, so that neither end is a special case.
  const sentinel = { id: '' } as Link // the next two lines set its links
  sentinel.prev = sentinel
  sentinel.next = sentinel

  function place(link: Link): void {
    link.prev = sentinel.prev
    link.next = sentinel
    sentinel.prev.next = link
    sentinel.prev = link
  }

  function remove(link: Link): void {
    link.prev.next = link.next
    link.next.prev = link.prev
  }

  return {
    get size() {
      return links.size
    },
    get oldest() {
      return sentinel.next === sentinel ? undefined : sentinel.next.id
    },
    touch(id) {
      let link = links.get(id)
      if (link === undefined) {
        link = { id, prev: sentinel, next: sentinel }
        links.set(id, link)
      } else {
        remove(link)
      }
      place(link)
    },
    removeOldest() {
      const oldest = sentinel.next
      if (oldest === sentinel) return undefined
      remove(oldest)
      links.delete(oldest.id)
      return oldest.id
    },
  }
}
