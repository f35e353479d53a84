/** What a keyring tells of notices beside its answers. */
export type NoticeEvent =
  /** `onNotice` did not take a notice: it is given it again by a later run. `notice` is the id of the notice. */
  { readonly type: 'api_key.notice_failed'; readonly keyId: string; readonly notice: string; readonly error: unknown }
