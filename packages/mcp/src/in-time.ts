import { setTimeout } from 'node:timers'

/** How long a host may take to answer, in milliseconds: as long as a gate of core gives it. */
export const answerMs = 5_000

/** Settles like `asked`, or rejects after `ms`: a host that never answers must keep neither request nor stream open. */
export async function inTime<T>(asked: T | Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`No answer within ${ms} ms`)), ms).unref()
  })
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
