-- Two processes want the same file; share modes decide.
server {
  name = "lab",
  users = { alice = "wonderland", bob = "builder" },
  shares = { public = { files = { ["plan.txt"] = "draft\n" } } },
}
link { server = "lab", latency = "200us" }
user { name = "alice", password = "wonderland" }
user { name = "bob", password = "builder" }

local path = [[\\lab\public\plan.txt]]

process("writer", { user = "alice" }, function()
  local status, file = NtCreateFile { path = path, access = "read|write", share = "read" }
  expect(status, "STATUS_SUCCESS")
  wait(20)
  expect(NtWriteFile { handle = file, data = "final\n", offset = 0 }, "STATUS_SUCCESS")
  expect(NtClose(file), "STATUS_SUCCESS")
end)

process("reader", { user = "alice", start = "10ms" }, function()
  log("a reader that does not let others write clashes with the writer that is there: RDBSS knows by itself")
  expect(NtCreateFile { path = path, access = "read", share = "read" }, "STATUS_SHARING_VIOLATION")

  log("a reader that lets others write is welcome")
  local status, file = NtCreateFile { path = path, access = "read", share = "read|write" }
  expect(status, "STATUS_SUCCESS")
  expect(NtClose(file), "STATUS_SUCCESS")

  log("a second writer is not: the first shares only reading")
  expect(NtCreateFile { path = path, access = "write", share = "read|write" }, "STATUS_SHARING_VIOLATION")

  wait(50)
  log("the writer is gone")
  local status, file = NtCreateFile { path = path, access = "read", share = "read" }
  expect(status, "STATUS_SUCCESS")
  local status, text = NtReadFile { handle = file, offset = 0 }
  expect(text, "final\n")
  expect(NtClose(file), "STATUS_SUCCESS")
end)

process("colleague", { user = "bob", start = "12ms" }, function()
  log("another user has a V_NET_ROOT of his own, and the same rules")
  expect(NtCreateFile { path = path, access = "read|write", share = "read|write" }, "STATUS_SHARING_VIOLATION")
end)
