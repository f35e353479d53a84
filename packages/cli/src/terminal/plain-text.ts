import { unprintable } from '@keywright/core/adapter'

const misleading = /* @__PURE__ */ new RegExp(unprintable, 'gu')

/** A text on one line, without what would move the cursor or turn the direction of writing: it may come from strangers. */
export function plainText(text: string): string {
  return text.replace(/\s+/g, ' ').replace(misleading, '�').trim()
}
