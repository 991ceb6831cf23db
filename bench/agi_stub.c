/* The least that can answer the dialplan's FastAGI question: hear a request, set one variable, hear the reply, close.
 * No permits, no limits, no alarms, no thought of a hang-up. Compiled and run by highest.py:
 *
 *   agi_stub "SET VARIABLE NAME value"
 *
 * Prints its port, answers until standard input ends, then prints one line of JSON: the sessions in which the reply
 * was heard, and those that ended before it.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_FILES 16384

/* How much of the empty line that ends a request was heard, and whether we have asked. */
static struct { char newlines, asked; } sessions[MAX_FILES];
static long whole, lost;

static void die(const char *what) { perror(what); exit(1); }

static void end(int fd, long *count) {
    close(fd);
    ++*count;
}

static void hear(int fd, const char *command, size_t size) {
    char data[4096];
    ssize_t came = read(fd, data, sizeof data);
    if (came < 0 && errno == EAGAIN) return;
    if (came <= 0) {
        end(fd, &lost);
        return;
    }
    for (ssize_t i = 0; i < came; i++) {
        if (sessions[fd].asked) {
            if (data[i] == '\n') {
                end(fd, &whole);
                return;
            }
            continue;
        }
        sessions[fd].newlines = data[i] == '\n' ? sessions[fd].newlines + 1 : 0;
        if (sessions[fd].newlines == 2) {
            sessions[fd].asked = 1;
            if (write(fd, command, size) != (ssize_t)size) {
                end(fd, &lost);
                return;
            }
        }
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    char command[256];
    size_t size = snprintf(command, sizeof command, "%s\n", argv[1]);
    struct rlimit files = {MAX_FILES, MAX_FILES};
    setrlimit(RLIMIT_NOFILE, &files);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof at;
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (listener < 0 || bind(listener, (struct sockaddr *)&at, sizeof at) < 0 || listen(listener, 1024) < 0 ||
        getsockname(listener, (struct sockaddr *)&at, &length) < 0)
        die("listen");
    printf("%d\n", ntohs(at.sin_port));
    fflush(stdout);
    int poller = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &e);
    e.data.fd = STDIN_FILENO;
    epoll_ctl(poller, EPOLL_CTL_ADD, STDIN_FILENO, &e);
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(poller, events, 256, -1);
        for (int i = 0; i < n; i++) {
            int fd = events[i].data.fd;
            if (fd == STDIN_FILENO) {
                printf("{\"whole\": %ld, \"lost\": %ld}\n", whole, lost);
                return 0;
            }
            if (fd != listener) {
                hear(fd, command, size);
                continue;
            }
            int session;
            while ((session = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                if (session >= MAX_FILES) die("more sessions than there is room for");
                memset(&sessions[session], 0, sizeof sessions[session]);
                setsockopt(session, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                struct epoll_event added = {.events = EPOLLIN, .data.fd = session};
                if (epoll_ctl(poller, EPOLL_CTL_ADD, session, &added) < 0) die("epoll_ctl");
            }
        }
    }
}
