package io.vpccni.netlink.sys;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.vpccni.netlink.Errno;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * One libc function. All of them are bent to one shape (five longs in, one long out; pointers as longs, which is the
 * same on x86-64 and arm64), so that the dance around errno and EINTR exists once. The caller keeps the memory behind a
 * pointer alive.
 */
enum SystemCall {
    SOCKET("socket", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT),
    BIND("bind", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT),
    GETSOCKNAME("getsockname", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
    SETSOCKOPT("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_INT),
    SEND("send", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
    RECV("recv", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
    POLL("poll", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT),
    EVENTFD("eventfd", JAVA_INT, JAVA_INT, JAVA_INT),
    WRITE("write", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_LONG),
    OPEN("open", 2, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT),
    CLOSE("close", JAVA_INT, JAVA_INT),
    FSTATFS("fstatfs", JAVA_INT, JAVA_INT, JAVA_LONG),
    IOCTL("ioctl", 2, JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG),
    SETNS("setns", JAVA_INT, JAVA_INT, JAVA_INT),
    UNSHARE("unshare", JAVA_INT, JAVA_INT),
    MOUNT("mount", JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
    UMOUNT2("umount2", JAVA_INT, JAVA_LONG, JAVA_INT);

    private static final MemoryLayout CAPTURE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = CAPTURE.varHandle(PathElement.groupElement("errno"));

    private final String function;
    private final MethodHandle handle;

    SystemCall(String function, MemoryLayout result, MemoryLayout... arguments) {
        this(function, -1, result, arguments);
    }

    SystemCall(String function, int firstVariadic, MemoryLayout result, MemoryLayout... arguments) {
        this.function = function;
        var linker = Linker.nativeLinker();
        var capture = Linker.Option.captureCallState("errno");
        var options = firstVariadic < 0
                ? new Linker.Option[] {capture}
                : new Linker.Option[] {capture, Linker.Option.firstVariadicArg(firstVariadic)};
        var symbol = linker.defaultLookup().findOrThrow(function);
        var exact = linker.downcallHandle(symbol, FunctionDescriptor.of(result, arguments), options);
        var shape = MethodType.methodType(
                long.class, MemorySegment.class, long.class, long.class, long.class, long.class, long.class);
        int present = exact.type().parameterCount();
        var padding = shape.parameterList().subList(present, shape.parameterCount());
        var padded = MethodHandles.dropArguments(exact, present, padding);
        this.handle = MethodHandles.explicitCastArguments(padded, shape);
    }

    /** What the function returned. A call that a signal broke off is made again, except {@code close}. */
    long call(long... arguments) throws ErrnoException {
        long[] all = Arrays.copyOf(arguments, 5);
        try (var arena = Arena.ofConfined()) {
            var state = arena.allocate(CAPTURE);
            while (true) {
                long result = (long) handle.invokeExact(state, all[0], all[1], all[2], all[3], all[4]);
                if (result != -1) {
                    return result;
                }
                var errno = new Errno((int) ERRNO.get(state, 0L));
                // Linux has closed the descriptor by then; a second close could hit somebody else's.
                if (!errno.equals(Errno.EINTR) || this == CLOSE) {
                    throw new ErrnoException(function, errno);
                }
            }
        } catch (ErrnoException | RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(function, e);
        }
    }
}
