/** One child of the server: serves the connection that it inherited, and ends. */

import { endWithParent, FIRST_INHERITED } from '../../lib/program/child.ts';
import { serve } from '../../lib/service/blocking.ts';

// #region child
endWithParent();
serve(FIRST_INHERITED); // then the process ends, and with it goes what it had open
// #endregion child
