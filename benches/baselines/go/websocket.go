package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
)

// The part of RFC 6455 that a server of small text messages needs.

const (
	opText  = 0x1
	opClose = 0x8
	opPing  = 0x9
	opPong  = 0xa

	messageBytesMax = 16384
	handshakeSalt   = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
)

type websocket struct {
	conn net.Conn
	in   *bufio.Reader
	// message is reused: what readMessage returns is good until it is called again.
	message []byte
}

func upgrade(w http.ResponseWriter, r *http.Request) (*websocket, error) {
	key := r.Header.Get("Sec-WebSocket-Key")
	if key == "" {
		return nil, errors.New("Sec-WebSocket-Key is missing")
	}
	hijacker, ok := w.(http.Hijacker)
	if !ok {
		return nil, errors.New("the connection cannot be taken over")
	}
	conn, buffered, err := hijacker.Hijack()
	if err != nil {
		return nil, err
	}
	sum := sha1.Sum([]byte(key + handshakeSalt))
	answer := "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Accept: " + base64.StdEncoding.EncodeToString(sum[:]) + "\r\n\r\n"
	if _, err := conn.Write([]byte(answer)); err != nil {
		conn.Close()
		return nil, err
	}
	return &websocket{conn: conn, in: buffered.Reader}, nil
}

// readFrame reads one frame and takes its mask off.
func (s *websocket) readFrame() (op byte, payload []byte, err error) {
	var header [14]byte
	if _, err = io.ReadFull(s.in, header[:2]); err != nil {
		return 0, nil, err
	}
	if header[0]&0x80 == 0 || header[1]&0x80 == 0 {
		return 0, nil, errors.New("a frame is in parts or without a mask")
	}
	length := uint64(header[1] & 0x7f)
	switch length {
	case 126:
		if _, err = io.ReadFull(s.in, header[2:4]); err != nil {
			return 0, nil, err
		}
		length = uint64(binary.BigEndian.Uint16(header[2:4]))
	case 127:
		if _, err = io.ReadFull(s.in, header[2:10]); err != nil {
			return 0, nil, err
		}
		length = binary.BigEndian.Uint64(header[2:10])
	}
	if length > messageBytesMax {
		return 0, nil, errors.New("a message is too large")
	}
	mask := header[10:14]
	if _, err = io.ReadFull(s.in, mask); err != nil {
		return 0, nil, err
	}
	if cap(s.message) < int(length) {
		s.message = make([]byte, length)
	}
	payload = s.message[:length]
	if _, err = io.ReadFull(s.in, payload); err != nil {
		return 0, nil, err
	}
	for i := range payload {
		payload[i] ^= mask[i&3]
	}
	return header[0] & 0x0f, payload, nil
}

// appendFrame appends a whole message; a server's frames have no mask.
func appendFrame(buffer []byte, op byte, payload []byte) []byte {
	buffer = append(buffer, 0x80|op)
	switch {
	case len(payload) < 126:
		buffer = append(buffer, byte(len(payload)))
	case len(payload) < 1<<16:
		buffer = append(buffer, 126, byte(len(payload)>>8), byte(len(payload)))
	default:
		buffer = append(buffer, 127)
		buffer = binary.BigEndian.AppendUint64(buffer, uint64(len(payload)))
	}
	return append(buffer, payload...)
}
