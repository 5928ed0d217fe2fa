import { enableCompileCache } from 'node:module';

// A thread loads as much as the process does; the compiled code is there from the last time.
enableCompileCache();
const { takeOrders } = await import('./take-orders.ts');
takeOrders();
