// Takes a data folder and holds it until it is killed; says `locked` or `refused`.
import { lockFolder } from '../../../src/store/folder-lock.ts';

const keepAlive = setInterval(() => {}, 60_000);
try {
  await lockFolder(process.argv[2] ?? '');
  process.stdout.write('locked\n');
} catch {
  clearInterval(keepAlive);
  process.stdout.write('refused\n');
}
