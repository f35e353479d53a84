import { setTimeout } from 'node:timers'
import { answerMs, inTime } from './in-time.js'

/** A stream that is open for a caller. */
export interface OpenStream {
  readonly keyId: string | null
  /** When the caller's right to it ends anyway. */
  readonly expiresAt: Date | null
  /** Whether the caller would still be let in, and until when: that may have been moved. `null`: not any more. */
  check(): Promise<{ readonly expiresAt: Date | null } | null>
  close(): void
}

/** Closes streams whose callers have lost the right to them (CONS-11). */
export interface OpenStreams {
  /** Watches a stream until the function that comes back is called. */
  watch(stream: OpenStream): () => void
  /** Checks the streams of one key, or all, at once. */
  invalidate(keyId?: string): Promise<void>
}

/** How soon a stream is checked again that lives on past its expiry. */
const pastExpiryMs = 1_000

/**
 * @param recheckMs - How often each stream is checked.
 * @param checkMs - How long a check may take, however many questions of the host it is.
 */
export function openStreams(recheckMs: number, checkMs: number = answerMs): OpenStreams {
  const open = new Map<OpenStream, () => Promise<void>>()
  return {
    watch(stream) {
      let timer: NodeJS.Timeout
      const drop = (): void => {
        clearTimeout(timer)
        open.delete(stream)
      }
      const arm = (expiresAt: Date | null): void => {
        const left = expiresAt === null ? recheckMs : expiresAt.getTime() - Date.now()
        // By the store's clock, which decides, it may not be over yet.
        const inMs = left > 0 ? left : pastExpiryMs
        // The socket keeps the process alive while it is open; the timer alone must not.
        timer = setTimeout(check, Math.min(recheckMs, inMs)).unref()
      }
      const check = async (): Promise<void> => {
        clearTimeout(timer)
        // What cannot be known is no right either: the client comes again, and is told why.
        const stays = await inTime(stream.check(), checkMs).catch(() => null)
        if (!open.has(stream)) return
        clearTimeout(timer) // of another check, meanwhile
        if (stays !== null) return arm(stays.expiresAt)
        drop()
        stream.close()
      }
      open.set(stream, check)
      arm(stream.expiresAt)
      return drop
    },
    async invalidate(keyId) {
      const concerned = [...open].filter(([stream]) => keyId === undefined || stream.keyId === keyId)
      await Promise.all(concerned.map(([, check]) => check()))
    },
  }
}
