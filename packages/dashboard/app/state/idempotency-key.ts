import { useRef } from 'preact/hooks'

/** The same key for each try with the same body: if an answer is lost on its way, what was asked for is still done once. */
export function useIdempotencyKey(): (body: unknown) => string {
  const last = useRef({ text: '', key: '' })
  return (body) => {
    const text = JSON.stringify(body)
    if (last.current.text !== text) last.current = { text, key: crypto.randomUUID() }
    return last.current.key
  }
}
