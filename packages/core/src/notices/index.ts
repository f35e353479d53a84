export type { NoticeEvent } from './notice-event.js'
export type {
  NoticeClaim,
  NoticeContent,
  NoticeEnd,
  NoticeKind,
  NoticePlace,
  NoticeQuery,
  NoticeTelling,
  StoredNotice,
  StoreNotices,
} from './store-notices.js'
export { timedNotices } from './timed-notices.js'
