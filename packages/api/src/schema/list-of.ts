import { z } from '@hono/zod-openapi'

type Described =
  | { readonly $ref: string }
  | { readonly type: 'string'; readonly pattern: string; readonly minLength?: number; readonly maxLength?: number }

/**
 * A parameter that is a list: repeated, or with commas between its values. The operation names it among its `lists`.
 *
 * @param item - None of its values has a comma.
 * @param described - An item as the document has it.
 * @param most - The most values.
 */
export function listOf<T extends string>(item: z.ZodType<T>, described: Described, most = 100) {
  const list = z.array(item).min(1).max(most)
  return z
    .string()
    .transform((text) => text.split(','))
    .superRefine((items, context) => {
      const wrong = list.safeParse(items)
      if (wrong.success) return
      const [issue] = wrong.error.issues
      const expected = issue?.path.length === 0 ? `a list of at most ${most}` : issue?.message
      context.addIssue({ code: 'custom', message: expected ?? 'a list' })
    })
    .transform((items) => items as T[]) // as was just checked
    .openapi({ type: 'array', items: described, minItems: 1, maxItems: most })
}
