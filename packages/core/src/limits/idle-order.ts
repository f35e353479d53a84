/** Ids in the order of their last use. Every step takes the same short time, however many there are. */
export interface IdleOrder {
  readonly size: number
  /** Makes `id` the last to be forgotten. */
  touch(id: string): void
  /** Takes out the id that was idle longest. */
  forgetIdlest(): string | undefined
}

interface Link {
  readonly id: string
  idler: Link
  fresher: Link
}

/**
 * Makes an empty order: a ring of links. A `Set` keeps an order too, but each removal leaves a gap in it, and one id that is
 * removed and added over and over makes its own look-up search through all its gaps.
 */
export function idleOrder(): IdleOrder {
  const links = new Map<string, Link>()
  // Stands between the freshest and the idlest, so that neither end is a special case.
  const seam = { id: '' } as Link // its two neighbours follow
  seam.idler = seam
  seam.fresher = seam

  function place(link: Link): void {
    link.idler = seam.idler
    link.fresher = seam
    seam.idler.fresher = link
    seam.idler = link
  }

  function remove(link: Link): void {
    link.idler.fresher = link.fresher
    link.fresher.idler = link.idler
  }

  return {
    get size() {
      return links.size
    },
    touch(id) {
      let link = links.get(id)
      if (link === undefined) {
        link = { id, idler: seam, fresher: seam }
        links.set(id, link)
      } else {
        remove(link)
      }
      place(link)
    },
    forgetIdlest() {
      const idlest = seam.fresher
      if (idlest === seam) return undefined
      remove(idlest)
      links.delete(idlest.id)
      return idlest.id
    },
  }
}
