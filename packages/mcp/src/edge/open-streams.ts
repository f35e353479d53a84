import { setTimeout } from 'node:timers'
import { withDeadline } from '@keywright/core/adapter'
import { answerMs } from '../caller/answer-ms.js'

/** An open stream of one caller. */
export interface OpenStream {
  readonly keyId: string | null
  /** When the caller's access ends by itself. */
  readonly expiresAt: Date | null
  /** Whether the caller would still be admitted, and until when. `null`: no longer. */
  check(): Promise<{ readonly expiresAt: Date | null } | null>
  close(): void
}

/** Closes streams whose callers have lost access. */
export interface OpenStreams {
  /** Watches a stream. Call the returned function to stop. */
  watch(stream: OpenStream): () => void
  /** Checks now: the streams of one key, or all. */
  invalidate(keyId?: string): Promise<void>
}

/** How long to wait before checking again a stream that is still open after its expiry. */
const pastExpiryMs = 1_000

/**
 * @param recheckMs - The interval between two checks of a stream.
 * @param checkMs - How long a whole check may take, however many host callbacks it needs.
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
        // The store's clock decides, and there the expiry may not have been reached yet.
        const inMs = left > 0 ? left : pastExpiryMs
        // The open socket keeps the process alive. The timer must not.
        timer = setTimeout(check, Math.min(recheckMs, inMs)).unref()
      }
      const check = async (): Promise<void> => {
        clearTimeout(timer)
        // If the check fails or times out, close the stream. The client learns the reason when it reconnects.
        const stays = await withDeadline(() => stream.check(), checkMs).catch(() => null)
        if (!open.has(stream)) return
        clearTimeout(timer) // Another check may have set it meanwhile.
        if (stays !== null) return arm(stays.expiresAt)
        drop()
        stream.close()
      }
      open.set(stream, check)
      arm(stream.expiresAt)
      return drop
    },
    async invalidate(keyId) {
      const affected = [...open].filter(([stream]) => keyId === undefined || stream.keyId === keyId)
      await Promise.all(affected.map(([, check]) => check()))
    },
  }
}
