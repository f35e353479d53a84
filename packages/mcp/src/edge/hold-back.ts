import type { ServerResponse } from 'node:http'

/** Keeps back what a client is sent, until it is known to be for them. If it is not, or nobody can say it, the answer is ended. */
export function holdBack(res: ServerResponse, isForThem: () => Promise<boolean>): void {
  const held: (() => void)[] = []
  const { write, end } = res
  const hold =
    (send: (...args: never[]) => unknown) =>
    (...args: never[]): boolean => {
      held.push(() => send.apply(res, args))
      return true
    }
  Object.assign(res, { write: hold(write), end: hold(end) })
  const release = (isTheirs: boolean): void => {
    Object.assign(res, { write, end })
    if (!isTheirs) return void res.destroy()
    for (const send of held) send()
  }
  isForThem().then(release, () => release(false))
}
