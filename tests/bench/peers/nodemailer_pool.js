// The whole job with nodemailer's pool: nodemailer_pool.js EVENT_DIR ATTENDEES.csv HOST PORT CONNECTIONS [CA.pem]
// Its modules are looked for in NODE_PATH.
const fs = require('fs');
const path = require('path');
const { parse } = require('csv-parse');
const handlebars = require('handlebars');
const jwt = require('jsonwebtoken');
const nodemailer = require('nodemailer');

const [words, attendees, host, port, connections, ca] = process.argv.slice(2);
const read = (name) => fs.readFileSync(path.join(words, name), 'utf8');
const event = JSON.parse(read('event.json'));
const text = handlebars.compile(read('invite.txt'), { noEscape: true });
const html = handlebars.compile(read('invite.html'));

const pool = nodemailer.createTransport({
  pool: true,
  host,
  port: Number(port),
  maxConnections: Number(connections),
  maxMessages: Infinity,
  ...(ca ? { secure: true, tls: { ca: fs.readFileSync(ca) } } : { ignoreTLS: true }),
});

function mail(row) {
  const user = { id: row.email, name: row.name };
  const token = jwt.sign({ ...event.claims, context: { user } }, event.secret, { algorithm: 'HS256', noTimestamp: true });
  const facts = { first_name: row.name.split(' ')[0], link: event.link + token };
  return {
    from: event.from,
    to: { name: row.name, address: row.email },
    subject: event.subject,
    text: text(facts),
    html: html(facts),
  };
}

async function main() {
  const rows = fs.createReadStream(attendees).pipe(parse({ columns: true }))[Symbol.asyncIterator]();
  const worker = async () => {
    for (let next = await rows.next(); !next.done; next = await rows.next()) {
      await pool.sendMail(mail(next.value));
    }
  };
  // Twice as many as there are connections, so that none waits for its next mail.
  await Promise.all(Array.from({ length: 2 * connections }, worker));
  pool.close();
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
