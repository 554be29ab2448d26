package charging

import (
	"cmp"
	"errors"
	"log/slog"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/nidd"
)

// Options of a [Writer]. The zero value of a field is its default.
type Options struct {
	// Prefix of the names of files; default "nidd". Writers in one directory need different ones.
	Prefix string
	// NodeID is the nodeID of records, for a node of several that share an SCEF-ID. Default: none.
	NodeID string
	// MaxSize is the size in octets from which a file is finished, 4 KiB to 1 TiB; default 64 MiB. It is passed by at most
	// what is written at once.
	MaxSize int64
	// MaxAge is how long after its first record a file is finished at the latest, 1 s to 24 h; default 15 min.
	MaxAge time.Duration
	// MaxSubmissions, MaxVolume and MaxDuration close a partial record: PDUs, 1 to 100000, default 100; octets of data that was
	// taken, up to 1 GiB, default 1 MiB; time since its first PDU, 1 s to 24 h, default 5 min.
	MaxSubmissions int
	MaxVolume      int64
	MaxDuration    time.Duration
	// Queue is how many events may wait, 1 to 16777216; default 65536, about 30 MB when they do. It is emptied 20 times in a
	// second. What comes when it is full is dropped.
	Queue int
	// Logger gets errors of files and what was dropped, without identities. Default: nothing.
	Logger *slog.Logger

	openFile func(path string) (file, error)
}

// Check returns what is wrong with the options, all at once.
func (o *Options) Check() error {
	_, err := o.withDefaults()
	return err
}

func (o *Options) withDefaults() (Options, error) {
	var c Options
	if o != nil {
		c = *o
	}
	var errs []error
	number := func(name string, n *int64, def, least, most int64) {
		if *n == 0 {
			*n = def
		}
		if *n < least || *n > most {
			errs = append(errs, errors.New("charging: "+name+" is out of range"))
		}
	}
	age, duration := int64(c.MaxAge), int64(c.MaxDuration)
	submissions, queue := int64(c.MaxSubmissions), int64(c.Queue)
	number("MaxSize", &c.MaxSize, 64<<20, 4<<10, 1<<40)
	number("MaxAge", &age, int64(15*time.Minute), int64(time.Second), int64(24*time.Hour))
	number("MaxSubmissions", &submissions, 100, 1, 100000)
	number("MaxVolume", &c.MaxVolume, 1<<20, 1, 1<<30)
	number("MaxDuration", &duration, int64(5*time.Minute), int64(time.Second), int64(24*time.Hour))
	number("Queue", &queue, 65536, 1, 1<<24)
	c.MaxAge, c.MaxDuration = time.Duration(age), time.Duration(duration)
	c.MaxSubmissions, c.Queue = int(submissions), int(queue)
	c.Prefix = cmp.Or(c.Prefix, "nidd")
	if strings.ContainsAny(c.Prefix, `/\`) {
		errs = append(errs, errors.New("charging: Prefix holds a separator of paths"))
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.openFile == nil {
		c.openFile = openFile
	}
	return c, errors.Join(errs...)
}

// Writer writes charging records. It implements [nidd.Charging].
type Writer struct {
	log     *slog.Logger
	queue   chan any // *nidd.ConnectionCharge, *nidd.PDUCharge
	closing chan struct{}
	once    sync.Once
	done    chan struct{} // closed when run has ended
	err     error         // of run; valid then

	closed   atomic.Bool
	dropped  atomic.Uint64
	records  atomic.Uint64
	failures atomic.Uint64

	// Of run.
	gather  *gatherer
	files   files
	pending []byte // lines that are not written yet
	count   uint64 // of them
	broken  bool   // the last write failed; it is tried again with the next tick
	told    uint64 // drops that were logged
}

var _ nidd.Charging = (*Writer)(nil)

// Open starts a Writer in a directory, which it makes if need be, and goes on with the file that an earlier process left
// there; a line that a crash tore is cut off, and logged. A directory and prefix is of one process at a time. opts may
// be nil. The error says what is wrong with opts or the directory.
func Open(dir string, opts *Options) (*Writer, error) {
	o, err := opts.withDefaults()
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	w := &Writer{
		log: o.Logger, queue: make(chan any, o.Queue), closing: make(chan struct{}), done: make(chan struct{}),
		files: files{dir: dir, prefix: o.Prefix, maxSize: o.MaxSize, maxAge: o.MaxAge, openFile: o.openFile, keep: -1},
	}
	w.gather = newGatherer(limits{o.MaxSubmissions, o.MaxVolume, o.MaxDuration}, o.NodeID, w.emit)
	torn, err := w.files.reopen(time.Now())
	if err != nil {
		return nil, err
	}
	if torn > 0 {
		w.log.Warn("the last charging record was torn by a crash, and cut off", "octets", torn)
	}
	go w.run()
	return w, nil
}

// ChargeConnection implements [nidd.Charging].
func (w *Writer) ChargeConnection(e nidd.ConnectionCharge) { w.put(&e) }

// ChargePDU implements [nidd.Charging].
func (w *Writer) ChargePDU(p nidd.PDUCharge) { w.put(&p) }

func (w *Writer) put(e any) {
	if !w.closed.Load() {
		select {
		case w.queue <- e:
			return
		default:
		}
	}
	w.dropped.Add(1)
}

// Stats are totals of a Writer since [Open].
type Stats struct {
	Records  uint64 // written
	Dropped  uint64 // events that found the queue full, or the Writer closed
	Failures uint64 // writes that failed; they are repeated
	Queued   int    // events that wait now
}

// Stats returns the totals.
func (w *Writer) Stats() Stats {
	return Stats{w.records.Load(), w.dropped.Load(), w.failures.Load(), len(w.queue)}
}

// Close writes what is queued and all open records, finishes the file and ends the Writer. The error tells what was not
// written. It may be called again.
func (w *Writer) Close() error {
	w.once.Do(func() {
		w.closed.Store(true)
		close(w.closing)
	})
	<-w.done
	return w.err
}

const (
	// beat is how often the queue is emptied. To wake the goroutine for each event would cost those who tell it more than all
	// the rest.
	beat       = 50 * time.Millisecond
	beats      = int(time.Second / beat) // of tick
	batch      = 64 << 10                // octets that are written at once
	maxPending = 1 << 20                 // octets that wait for a disk; then events wait in the queue
)

func (w *Writer) run() {
	defer close(w.done)
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for n := 1; ; n++ {
		select {
		case now := <-ticker.C:
			w.drain()
			if n%beats == 0 {
				w.tick(now)
			}
		case <-w.closing:
			w.end()
			return
		}
	}
}

// drain takes what is queued, as long as there is room for it, and writes what follows.
func (w *Writer) drain() {
	for len(w.queue) > 0 && len(w.pending) < maxPending {
		w.take(<-w.queue)
		if len(w.pending) >= batch {
			w.write(false)
		}
	}
	w.write(false)
}

func (w *Writer) take(e any) {
	switch e := e.(type) {
	case *nidd.ConnectionCharge:
		w.gather.connection(e)
	case *nidd.PDUCharge:
		w.gather.pdu(e)
	}
}

func (w *Writer) emit(r *Record) {
	b, err := r.line()
	if err != nil {
		w.failed("a charging record cannot be written as JSON", err)
		return
	}
	w.pending = append(w.pending, b...)
	w.count++
}

// write writes what is pending. After a failure only again tries it once more.
func (w *Writer) write(again bool) {
	if len(w.pending) == 0 || w.broken && !again {
		return
	}
	now := time.Now()
	if err := w.files.write(w.pending, now); err != nil {
		w.broken = true
		w.failed("charging records cannot be written, and wait", err)
		return
	}
	w.broken = false
	w.records.Add(w.count)
	w.pending, w.count = w.pending[:0], 0
	w.turn(now)
}

func (w *Writer) turn(now time.Time) {
	if err := w.files.turn(now); err != nil {
		w.failed("a file of charging records cannot be finished", err)
	}
}

func (w *Writer) tick(now time.Time) {
	if len(w.pending) < maxPending {
		w.gather.tick(now)
	}
	w.write(true)
	w.turn(now)
	if err := w.files.sync(); err != nil {
		w.failed("charging records may not be durable", err)
	}
	if n := w.dropped.Load(); n > w.told {
		w.log.Error("charging events were dropped: the queue is full", "events", n-w.told)
		w.told = n
	}
}

func (w *Writer) failed(what string, err error) {
	w.failures.Add(1)
	w.log.Error(what, "err", err)
}

// end writes all that there is, once.
func (w *Writer) end() {
	for len(w.queue) > 0 {
		w.take(<-w.queue)
	}
	w.gather.end(time.Now())
	if len(w.pending) > 0 {
		w.err = w.files.write(w.pending, time.Now())
	}
	if w.err == nil {
		w.records.Add(w.count)
	}
	w.err = errors.Join(w.err, w.files.rotate())
}
