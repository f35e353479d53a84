import { setTimeout } from 'node:timers'

/** A stream that is open for a caller. */
export interface OpenStream {
  readonly keyId: string | null
  /** When the caller's right to it ends anyway. */
  readonly expiresAt: Date | null
  /** Whether the caller would still be let in. */
  check(): Promise<boolean>
  close(): void
}

/** Closes streams whose callers have lost the right to them (CONS-11). */
export interface OpenStreams {
  /** Watches a stream until the function that comes back is called. */
  watch(stream: OpenStream): () => void
  /** Checks the streams of one key, or all, at once. */
  invalidate(keyId?: string): Promise<void>
}

/** @param recheckMs - How often each stream is checked. */
export function openStreams(recheckMs: number): OpenStreams {
  const open = new Map<OpenStream, () => Promise<void>>()
  return {
    watch(stream) {
      let timer: NodeJS.Timeout
      const drop = (): void => {
        clearTimeout(timer)
        open.delete(stream)
      }
      const arm = (): void => {
        const left = stream.expiresAt === null ? recheckMs : stream.expiresAt.getTime() - Date.now()
        // The socket keeps the process alive while it is open; the timer alone must not.
        timer = setTimeout(check, Math.max(1, Math.min(recheckMs, left))).unref()
      }
      const check = async (): Promise<void> => {
        clearTimeout(timer)
        // What cannot be known is no right either: the client comes again, and is told why.
        const stays = await stream.check().catch(() => false)
        if (!open.has(stream)) return
        if (stays) return arm()
        drop()
        stream.close()
      }
      open.set(stream, check)
      arm()
      return drop
    },
    async invalidate(keyId) {
      const concerned = [...open].filter(([stream]) => keyId === undefined || stream.keyId === keyId)
      await Promise.all(concerned.map(([, check]) => check()))
    },
  }
}
