// CNI plugin, the last of its chain: tells the cluster's agent the address of a new pod and returns when
// the pod's policies are in force, so that the pod starts with its connections as they shall be.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// Without an agent the pod starts nevertheless; until it is known, the node's rules drop what it sends.
const patience = 5 * time.Second

type config struct {
	Socket     string          `json:"socket"`
	PrevResult json.RawMessage `json:"prevResult"`
}

type result struct {
	IPs []struct {
		Address string `json:"address"`
	} `json:"ips"`
}

func main() {
	switch os.Getenv("CNI_COMMAND") {
	case "VERSION":
		fmt.Println(`{"cniVersion":"0.4.0","supportedVersions":["0.3.0","0.3.1","0.4.0"]}`)
	case "ADD":
		add()
	}
}

func add() {
	input, err := io.ReadAll(os.Stdin)
	if err != nil {
		fail(err)
	}
	var c config
	if err := json.Unmarshal(input, &c); err != nil {
		fail(err)
	}
	var before result
	if err := json.Unmarshal(c.PrevResult, &before); err != nil {
		fail(err)
	}
	for _, ip := range before.IPs {
		address, _, _ := strings.Cut(ip.Address, "/")
		if err := announce(c.Socket, argument("K8S_POD_UID"), address); err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
	}
	os.Stdout.Write(c.PrevResult)
}

func announce(socket, uid, address string) error {
	connection, err := net.DialTimeout("unix", socket, patience)
	if err != nil {
		return err
	}
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(patience))
	fmt.Fprintln(connection, uid, address)
	_, err = bufio.NewReader(connection).ReadString('\n')
	return err
}

// argument reads CNI_ARGS, e.g. `IgnoreUnknown=1;K8S_POD_UID=…`.
func argument(name string) string {
	for _, pair := range strings.Split(os.Getenv("CNI_ARGS"), ";") {
		if key, value, _ := strings.Cut(pair, "="); key == name {
			return value
		}
	}
	return ""
}

func fail(err error) {
	json.NewEncoder(os.Stdout).Encode(map[string]any{"cniVersion": "0.4.0", "code": 999, "msg": err.Error()})
	os.Exit(1)
}
