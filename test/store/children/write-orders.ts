// Claims and changes orders in a data folder for ever, and says the id of each order once both are acknowledged.
import { openDatabase } from '../../../src/store/database.ts';
import { silentLogger } from '../../../src/telemetry/logger.ts';
import { NOON, order, transfer } from '../samples.ts';

const { store } = await openDatabase({ databaseUrl: null, dataFolder: process.argv[2] ?? '', logger: silentLogger });
for (;;) {
  const one = order();
  await store.orders.claim(one, transfer(one));
  await store.orders.change(
    one.id,
    { from: ['CLAIMED'] },
    { order: { state: 'SUBMITTED' }, transfer: { step: 'PAYMENT' } },
    NOON,
  );
  process.stdout.write(`${one.id}\n`);
}
