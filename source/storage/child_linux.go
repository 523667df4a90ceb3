package storage

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Files of a rootless store belong to subordinate users (subuid(5)), and some
// are closed to all others. In a user namespace where these are mapped, this
// program is their root. It starts itself there:
//
//	peel ─ clone(CLONE_NEWUSER) ─▶ child, unmapped: waits
//	peel ─ newuidmap, newgidmap, a byte ─▶ child executes itself, now root in there
//	peel ─ directory, name ─▶ child opens the file and passes it back (SCM_RIGHTS)
//
// The child opens files below layer directories for reading, and does nothing
// else. It ends when its socket is closed, which is when its parent ends.
const (
	stageEnv  = "_PEEL_USERNS"
	stageWait = "wait"
	stageOpen = "open"

	syncFD   = 3
	socketFD = 4

	// childTime bounds the start of a child.
	childTime = 10 * time.Second
	// maxRequest bounds directory and name; Linux has no longer paths.
	maxRequest = 3 * unix.PathMax
)

// able is set when the program has called Child: another one would not know
// what to do as one.
var able atomic.Bool

// Child makes this process the child, if it was started as one, and then does
// not return. A program that opens stores calls it first of all.
func Child() {
	able.Store(true)
	switch os.Getenv(stageEnv) {
	case stageWait:
		os.Exit(waitForMap())
	case stageOpen:
		os.Exit(serve())
	}
}

// waitForMap executes this program again when its user is mapped: only who is
// root when he executes a program has root's capabilities then.
func waitForMap() int {
	if n, _ := os.NewFile(syncFD, "sync").Read(make([]byte, 1)); n != 1 {
		return 1
	}
	self, err := os.Executable()
	if err != nil {
		return 1
	}
	syscall.CloseOnExec(syncFD)
	err = syscall.Exec(self, []string{os.Args[0]}, []string{stageEnv + "=" + stageOpen})
	fmt.Fprintln(os.Stderr, "peel in its user namespace:", err)
	return 1
}

// serve opens files until the socket is closed.
func serve() int {
	conn, err := net.FileConn(os.NewFile(socketFD, "socket"))
	if err != nil {
		return 1
	}
	socket := conn.(*net.UnixConn)
	buf := make([]byte, maxRequest)
	for {
		n, err := socket.Read(buf)
		if err != nil || n == 0 {
			return 0
		}
		dir, name, ok := bytes.Cut(buf[:n], []byte{0})
		if !ok {
			return 1
		}
		f, err := openIn(string(dir), string(name))
		if err != nil {
			_, _, err = socket.WriteMsgUnix(refusal(err), nil, nil)
		} else {
			_, _, err = socket.WriteMsgUnix([]byte{0}, unix.UnixRights(int(f.Fd())), nil)
			f.Close()
		}
		if err != nil {
			return 1
		}
	}
}

func openIn(dir, name string) (*os.File, error) {
	d, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return openBeneath(d, name)
}

// refusal is an error number, as an answer.
func refusal(err error) []byte {
	var no syscall.Errno
	if !errors.As(err, &no) {
		no = syscall.EINVAL
	}
	return []byte{1, byte(no)}
}

// child is the other end.
type child struct {
	cmd    *exec.Cmd
	socket *net.UnixConn
}

// startChild starts a child, or says why there can be none.
func startChild() (*child, error) {
	if !able.Load() {
		return nil, errors.New("this program cannot start itself in a user namespace")
	}
	if os.Getuid() == 0 {
		return nil, errors.New("root has no user namespace that may do more")
	}
	uids, gids, err := subordinates()
	if err != nil {
		return nil, err
	}
	c, wake, err := spawn()
	if err != nil {
		return nil, fmt.Errorf("starting a process in a user namespace: %w", err)
	}
	defer wake.Close()
	pid := strconv.Itoa(c.cmd.Process.Pid)
	for _, m := range []struct {
		tool string
		ids  []string
	}{{"newuidmap", uids}, {"newgidmap", gids}} {
		if err := run(m.tool, append([]string{pid}, m.ids...)); err != nil {
			c.close()
			return nil, err
		}
	}
	if _, err := wake.Write([]byte{1}); err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

// spawn starts the child, which waits for a byte on what is returned.
func spawn() (*child, *os.File, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, err
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "socket"), os.NewFile(uintptr(pair[1]), "socket")
	defer ours.Close()
	defer theirs.Close()
	conn, err := net.FileConn(ours)
	if err != nil {
		return nil, nil, err
	}
	wait, wake, err := os.Pipe()
	if err != nil {
		conn.Close()
		return nil, nil, err
	}
	defer wait.Close()
	cmd := exec.Command(self)
	cmd.Env = []string{stageEnv + "=" + stageWait}
	cmd.ExtraFiles = []*os.File{wait, theirs}
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER}
	if err := cmd.Start(); err != nil {
		conn.Close()
		wake.Close()
		return nil, nil, err
	}
	return &child{cmd, conn.(*net.UnixConn)}, wake, nil
}

func run(tool string, args []string) error {
	out, err := exec.Command(tool, args...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s is not installed (package uidmap or shadow-utils)", tool)
	}
	if err != nil {
		return fmt.Errorf("%s: %w: %s", tool, err, strings.TrimSpace(string(out)))
	}
	return nil
}

// open has the child open a file.
func (c *child) open(dir, name string) (*os.File, error) {
	request := dir + "\x00" + name
	if len(request) > maxRequest {
		return nil, &os.PathError{Op: "open", Path: name, Err: syscall.ENAMETOOLONG}
	}
	c.socket.SetDeadline(time.Now().Add(childTime))
	if _, err := c.socket.Write([]byte(request)); err != nil {
		return nil, fmt.Errorf("asking the process in the user namespace: %w", err)
	}
	answer, control := make([]byte, 2), make([]byte, unix.CmsgSpace(4))
	n, nc, _, _, err := c.socket.ReadMsgUnix(answer, control)
	if err != nil || n == 0 {
		return nil, fmt.Errorf("the process in the user namespace has ended: %w", errors.Join(err, os.ErrPermission))
	}
	if answer[0] != 0 {
		return nil, &os.PathError{Op: "open", Path: name, Err: syscall.Errno(answer[1])}
	}
	fd, err := passed(control[:nc])
	if err != nil {
		return nil, err
	}
	return regular(os.NewFile(uintptr(fd), name))
}

// passed is the descriptor in a control message.
func passed(control []byte) (int, error) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil || len(messages) != 1 {
		return 0, fmt.Errorf("the process in the user namespace passed no file: %w", errors.Join(err, os.ErrInvalid))
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(fds) != 1 {
		return 0, fmt.Errorf("the process in the user namespace passed no file: %w", errors.Join(err, os.ErrInvalid))
	}
	unix.CloseOnExec(fds[0])
	return fds[0], nil
}

func (c *child) close() error {
	c.socket.Close()
	c.cmd.Process.Kill()
	_ = c.cmd.Wait() // it was killed
	return nil
}
