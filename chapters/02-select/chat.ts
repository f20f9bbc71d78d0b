/** A chat on select: each client's line goes to all others; the loop is server.ts's, only the carrier differs. */

import { ChatRoom } from '../../lib/service/chat.ts';
import { main } from './server.ts';

const NAME = '02-select chat';

// #region chat
const room = new ChatRoom((fd) => console.error(`${NAME}: descriptor ${fd} dropped: it does not read`));
await main(NAME, "send each client's line to all others", room);
// #endregion chat
