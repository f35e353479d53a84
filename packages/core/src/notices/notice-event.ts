/** What a keyring tells of what is due beside its answers. */
export type NoticeEvent =
  /** `onNotice` did not take a notice: it is given it again by a later run. `notice` is the id of the notice. */
  | { readonly type: 'api_key.notice_failed'; readonly keyId: string; readonly notice: string; readonly error: unknown }
  /** `rotation.deliver` did not take the new token of a key: the old one works on, and the same new one is given again. */
  | {
      readonly type: 'api_key.delivery_failed'
      readonly keyId: string
      readonly attempts: number
      readonly error: unknown
    }
