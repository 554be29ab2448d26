package bench

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/scefkit/scefkit/store/pebble"
	"github.com/scefkit/scefkit/t6a"
)

// The floor is a program that moves the same messages between the same ends and knows nothing of an SCEF: no UE, no
// configuration, no store, no policy, no check, no deadline. Diameter and JSON are made by hand, HTTP is net/http.

// floorUplink takes ODRs, posts their data with workers goroutines, and answers them. Errors end the process.
func floorUplink(l net.Listener, destination string, workers int) error {
	type job struct {
		frame *[]byte
		to    *writer
	}
	jobs := make(chan job, 4096)
	frames := sync.Pool{New: func() any { return new([]byte) }}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: workers, DisableCompression: true}}
	failed := make(chan error, 1)
	for range workers {
		go func() {
			for j := range jobs {
				if err := floorPost(client, destination, *j.frame, j.to); err != nil {
					failed <- err
					return
				}
				frames.Put(j.frame)
			}
		}()
	}
	go func() {
		failed <- floorAccept(l, func(frame []byte, w *writer) error {
			kept := frames.Get().(*[]byte)
			*kept = append((*kept)[:0], frame...)
			jobs <- job{kept, w}
			return nil
		})
	}()
	return <-failed
}

func floorPost(client *http.Client, destination string, frame []byte, to *writer) error {
	var q request
	if err := q.parse(frame); err != nil {
		return err
	}
	b := make([]byte, 0, 384)
	b = append(b, `{"niddConfiguration":"http://127.0.0.1:8080/3gpp-nidd/v1/as1/configurations/2v3j8k1q9s7d5f0g4h6j8k2m","externalId":"`...)
	b = append(b, `ue0000001@iot.example.com","data":"`...)
	b = base64.StdEncoding.AppendEncode(b, q.data)
	b = append(b, `"}`...)
	req, err := http.NewRequest(http.MethodPost, destination, bytes.NewReader(b))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	if err := errors.Join(err, res.Body.Close()); err != nil {
		return err
	}
	if res.StatusCode/100 != 2 {
		return errors.New(res.Status)
	}
	to.add(func(out []byte) []byte {
		return q.appendAnswer(out, commandODR, hopByHop(frame), endToEnd(frame), scefHost)
	})
	return nil
}

// floorAccept serves Diameter connections and passes what is no CER to take.
func floorAccept(l net.Listener, take func(frame []byte, w *writer) error) error {
	for {
		conn, err := l.Accept()
		if err != nil {
			return err
		}
		go func() {
			defer conn.Close()
			r, w := bufio.NewReaderSize(conn, readBuffer), newWriter(conn)
			for {
				frame, err := readFrame(r)
				if err != nil {
					return
				}
				if command(frame) == 257 {
					var cea []byte
					if cea, err = welcome(frame, scefHost); err == nil {
						w.add(func(b []byte) []byte { return append(b, cea...) })
					}
				} else {
					err = take(frame, w)
				}
				if err != nil {
					fmt.Println(err)
					return
				}
			}
		}()
	}
}

// floorPeer is a serving node to which the floor sends TDRs.
type floorPeer struct {
	w *writer

	mu      sync.Mutex
	last    uint32
	waiting map[uint32]chan uint32 // guarded by mu; Result-Code by Hop-by-Hop Identifier
}

func dialFloorPeer(address string) (*floorPeer, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return nil, err
	}
	r := bufio.NewReaderSize(conn, readBuffer)
	if err := greet(conn, r, scefHost); err != nil {
		return nil, err
	}
	p := &floorPeer{w: newWriter(conn), waiting: map[uint32]chan uint32{}}
	go func() {
		for {
			frame, err := readFrame(r)
			if err != nil {
				return
			}
			p.mu.Lock()
			to := p.waiting[hopByHop(frame)]
			delete(p.waiting, hopByHop(frame))
			p.mu.Unlock()
			if to != nil {
				to <- resultCode(frame)
			}
		}
	}()
	return p, nil
}

var resultChannels = sync.Pool{New: func() any { return make(chan uint32, 1) }}

// send sends a TDR and returns the Result-Code of its answer.
func (p *floorPeer) send(data []byte) uint32 {
	result := resultChannels.Get().(chan uint32)
	p.mu.Lock()
	p.last++
	id := p.last
	p.waiting[id] = result
	p.mu.Unlock()
	var room [96]byte
	session := strconv.AppendUint(append(room[:0], scefHost+";1790000000;"...), uint64(id), 10)
	p.w.add(func(b []byte) []byte {
		return appendData(b, uint32(t6a.CodeTDR), id, id, session, scefHost, mmeHost0, imsi0, 5, data)
	})
	code := <-result
	resultChannels.Put(result)
	return code
}

const (
	mmeHost0 = "mme01." + realm
	imsi0    = "001010000000001" // an IMSI, for the octets
)

var floorData = []byte(`"data":"`)

// floorAnswer has the members and the length of the answer of an SCEF.
const floorAnswer = `{"externalId":"ue0000001@iot.example.com","data":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==","pdnEstablishmentOption":"WAIT_FOR_UE","deliveryStatus":"SUCCESS_NEXT_HOP_UNACKNOWLEDGED"}`

// floorDownlink takes POSTs, sends their data to the serving nodes in turn and answers 200.
func floorDownlink(l net.Listener, nodes []string) error {
	var peers []*floorPeer
	for _, address := range nodes {
		p, err := dialFloorPeer(address)
		if err != nil {
			return err
		}
		peers = append(peers, p)
	}
	var turn atomic.Uint32
	answer := []byte(floorAnswer)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := dataOf(r)
		if err != nil || peers[int(turn.Add(1))%len(peers)].send(data) != 2001 {
			http.Error(w, "not sent", http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(answer) // who is gone needs none
	})}
	return server.Serve(l)
}

// runStoredFloor takes POSTs, commits their data and answers 201.
func (r *role) runStoredFloor() error {
	s, err := pebble.Open(r.Dir, nil)
	if err != nil {
		return err
	}
	defer s.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	var turn atomic.Uint64
	answer := []byte(floorAnswer)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		data, err := dataOf(r)
		if err != nil || commitOne(s, turn.Add(1)%storedUEs, append(data, make([]byte, 196)...)) != nil {
			http.Error(w, "not stored", http.StatusBadGateway)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Location", "http://127.0.0.1:8080/3gpp-nidd/v1/as1/configurations/2v3j8k1q9s7d5f0g4h6j8k2m/downlink-data-deliveries/2v3j8k1q9s7d5f0g4h6j8k2m")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(answer) // who is gone needs none
	})}
	go exitOn(func() error { return server.Serve(l) })
	tell(ready{T8: l.Addr().String()})
	return r.obey(nil)
}

// dataOf finds the data in the body of a request.
func dataOf(r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	_, text, found := bytes.Cut(body, floorData)
	end := bytes.IndexByte(text, '"')
	if !found || end < 0 {
		return nil, errors.New("no data")
	}
	return base64.StdEncoding.AppendDecode(make([]byte, 0, 96), text[:end])
}
