package main

import (
	"encoding/json"
	"strconv"
	"sync"
	"time"
)

// Answers that wait for a session; one more waits for room.
const outboundMessages = 4096

// What a coalescing writer gathers before it writes.
const writeBytes = 64 << 10

// request is what a client asks; each op needs some of it.
type request struct {
	Op            string `json:"op"`
	ID            uint64 `json:"id"`
	Symbol        string `json:"symbol"`
	ClientOrderID string `json:"client_order_id"`
	Side          string `json:"side"`
	Type          string `json:"type"`
	Price         string `json:"price"`
	Quantity      string `json:"quantity"`
	TimeInForce   string `json:"time_in_force"`
	Key           string `json:"key"`
}

type session struct {
	x       *exchange
	socket  *websocket
	number  uint64
	account string
	out     chan []byte
	done    chan struct{}
	end     sync.Once
}

func newSession(x *exchange, socket *websocket, number uint64) *session {
	return &session{
		x:      x,
		socket: socket,
		number: number,
		out:    make(chan []byte, outboundMessages),
		done:   make(chan struct{}),
	}
}

func (s *session) close() {
	s.end.Do(func() {
		close(s.done)
		s.socket.conn.Close()
	})
}

// send hands a message to the writer, and waits if it has too many.
func (s *session) send(message []byte) {
	select {
	case s.out <- message:
	case <-s.done:
	}
}

// read serves what the client asks until it goes.
func (s *session) read() {
	defer s.close()
	for {
		op, payload, err := s.socket.readFrame()
		if err != nil {
			return
		}
		switch op {
		case opText:
			s.take(payload)
		case opPing:
			s.send(appendFrame(nil, opPong, payload))
		case opClose:
			s.send(appendFrame(nil, opClose, payload))
			return
		}
	}
}

func (s *session) take(payload []byte) {
	var asked request
	if err := json.Unmarshal(payload, &asked); err != nil {
		s.refuse(asked.ID, "malformed_json", err.Error())
		return
	}
	switch asked.Op {
	case "submit", "cancel":
		m, ok := s.x.matchers[asked.Symbol]
		if !ok {
			s.reject(&asked, "unknown_symbol")
			return
		}
		if s.account == "" {
			s.refuse(asked.ID, "not_logged_on", "log on first")
			return
		}
		c := command{session: s, request: asked}
		if asked.Op == "submit" && !m.read(&c) {
			s.reject(&asked, "invalid_price")
			return
		}
		m.commands <- c
	case "hello":
		s.hello(asked.ID)
	case "logon":
		s.account = asked.Key
		text := append([]byte(nil), `{"type":"logged_on"`...)
		text = appendRequest(text, asked.ID)
		text = append(text, `,"account":`...)
		text = strconv.AppendUint(text, s.number, 10)
		s.text(appendTime(text))
	default:
		s.refuse(asked.ID, "unknown_op", "there is no such op")
	}
}

func (s *session) hello(id uint64) {
	text := append([]byte(nil), `{"type":"hello"`...)
	text = appendRequest(text, id)
	text = append(text, `,"protocol":1,"server":"go baseline","epoch":1,"session":`...)
	text = strconv.AppendUint(text, s.number, 10)
	text = append(text, `,"clock":"realtime","at_us":`...)
	text = strconv.AppendInt(text, time.Now().UnixMicro(), 10)
	text = append(text, `,"limits":{"frame_bytes_max":16384,"outbound_messages_max":4096,"subscriptions_max":0,"depth_levels_max":0},"instruments":`...)
	text = append(text, s.x.instruments...)
	s.text(append(text, '}'))
}

func (s *session) refuse(id uint64, code, why string) {
	text := append([]byte(nil), `{"type":"error"`...)
	text = appendRequest(text, id)
	text = append(text, `,"code":"`...)
	text = append(text, code...)
	text = append(text, `","text":`...)
	text = strconv.AppendQuote(text, why)
	s.text(append(text, '}'))
}

func (s *session) reject(asked *request, reason string) {
	text := append([]byte(nil), `{"type":"report"`...)
	text = appendRequest(text, asked.ID)
	text = append(text, `,"kind":"rejected","symbol":"`...)
	text = append(text, asked.Symbol...)
	text = append(text, `","client_order_id":"`...)
	text = append(text, asked.ClientOrderID...)
	text = append(text, `","status":"rejected","reason":"`...)
	text = append(text, reason...)
	s.text(appendTime(append(text, '"')))
}

func (s *session) text(payload []byte) {
	s.send(appendFrame(make([]byte, 0, len(payload)+4), opText, payload))
}

// write writes what waits: each message by itself, or all of them at once.
func (s *session) write() {
	defer s.close()
	buffer := make([]byte, 0, writeBytes)
	for {
		select {
		case message := <-s.out:
			buffer = append(buffer[:0], message...)
		case <-s.done:
			return
		}
		if s.x.coalesces {
			buffer = s.gather(buffer)
		}
		if _, err := s.socket.conn.Write(buffer); err != nil {
			return
		}
	}
}

func (s *session) gather(buffer []byte) []byte {
	for len(buffer) < writeBytes {
		select {
		case message := <-s.out:
			buffer = append(buffer, message...)
		default:
			return buffer
		}
	}
	return buffer
}

func appendRequest(text []byte, id uint64) []byte {
	if id == 0 {
		return text
	}
	text = append(text, `,"request":`...)
	return strconv.AppendUint(text, id, 10)
}

func appendTime(text []byte) []byte {
	text = append(text, `,"at_us":`...)
	text = strconv.AppendInt(text, time.Now().UnixMicro(), 10)
	return append(text, '}')
}
