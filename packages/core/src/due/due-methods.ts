import type { DueOptions, DueResult } from './due-result.js'

/** What a keyring does by the clock, when the host's scheduler says so. */
export interface DueMethods {
  /**
   * Does what is due by now, for a job that runs every few minutes or once a day: it tells of keys that expire soon and of keys that
   * nobody uses, as the option `notices` says. A call may be killed anywhere, and may run beside others, in any number of processes:
   * each notice is told once, and the next call goes on.
   *
   * That a notice is told, and its event for webhooks, are one transaction. After that, `onNotice` is given it: at least once, and under
   * one id, since a process may end before it has written down that the function has returned. Where `onNotice` fails, the notice counts
   * as `failed`, and a later call gives it again. Where an organization fails, those behind it have their turn, and its error is thrown
   * at the end.
   *
   * @throws {@link InvalidOptions} when the keyring has no `notices`, or its store keeps none.
   * @throws {@link InvalidInput}, naming the field; {@link StoreUnavailable} when the store fails; and what `onProgress` throws.
   *
   * @example
   * ```ts
   * const { expiring, unused, failed } = await keyring.runDue()
   * if (failed > 0) alarm(`${failed} notices were not taken; they are given again`)
   * ```
   */
  runDue(options?: DueOptions): Promise<DueResult>
}
