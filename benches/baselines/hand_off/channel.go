// What a Go channel costs from one goroutine to another: messages of 64 bytes, one way and there and back.
//
//	go run benches/baselines/hand_off/channel.go
package main

import (
	"fmt"
	"time"
)

const (
	capacity = 4096
	messages = 5_000_000
	trips    = 200_000
)

type line [8]uint64

func main() {
	channel := make(chan line, capacity)
	start := time.Now()
	go func() {
		for number := uint64(0); number < messages; number++ {
			channel <- line{number}
		}
		close(channel)
	}()
	count := 0
	for range channel {
		count++
	}
	fmt.Printf("go channel, one way: %.1f M/s\n", float64(count)/time.Since(start).Seconds()/1e6)

	there, back := make(chan line), make(chan line)
	go func() {
		for message := range there {
			back <- message
		}
		close(back)
	}()
	start = time.Now()
	for number := uint64(0); number < trips; number++ {
		there <- line{number}
		<-back
	}
	fmt.Printf("go channel, there and back: %.2f us\n", time.Since(start).Seconds()*1e6/trips)
	close(there)
}
