/** In how many parts an SMS goes, as the service counts them (`app/domain/text/sms_segments.py`). */

const BASIC =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà';
const DOUBLE = '\f^{}\\[~]|€';

export function segments(text: string): number {
  const units = [...text].map((one) => (BASIC.includes(one) ? 1 : DOUBLE.includes(one) ? 2 : 0));
  if (units.every(Boolean)) return parts(units, 160, 153);
  const clusters = [...new Intl.Segmenter().segment(text)].flatMap(({ segment }) => (segment === '\r\n' ? [1, 1] : [segment.length]));
  return parts(clusters, 70, 67);
}

function parts(pieces: number[], alone: number, part: number): number {
  if (pieces.reduce((sum, piece) => sum + piece, 0) <= alone) return 1;
  let count = 1;
  let room = part;
  for (const piece of pieces) {
    if (piece > room) {
      count++;
      room = part;
    }
    room -= piece;
  }
  return count;
}
