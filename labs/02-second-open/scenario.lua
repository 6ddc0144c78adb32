-- The second open finds everything in place: no query, no connection. A like-minded open even shares the SRV_OPEN.
server {
  name = "lab",
  users = { alice = "wonderland" },
  shares = { public = { files = { ["readme.txt"] = "one file, many handles\n", ["other.txt"] = "another\n" } } },
}
link { server = "lab", latency = "200us" }
user { name = "alice", password = "wonderland" }

process("notepad", { user = "alice" }, function()
  local function open(name)
    local status, file = NtCreateFile { path = [[\\lab\public\]] .. name, access = "read", share = "read|write|delete" }
    expect(status, "STATUS_SUCCESS")
    return file
  end

  log("first open: everything is built")
  local first = open("readme.txt")

  log("same file, same access: RDBSS may collapse it onto the open that exists")
  local second = open("readme.txt")

  log("another file of the same share: MUP's prefix cache knows the way")
  local third = open("other.txt")

  local status, text = NtReadFile { handle = second, offset = 4 }
  expect(status, "STATUS_SUCCESS")
  expect(text, "file, many handles\n")

  expect(NtClose(first), "STATUS_SUCCESS")
  log("the first handle is gone, the second still reads")
  expect(NtReadFile { handle = second, offset = 0, length = 3 }, "STATUS_SUCCESS")
  expect(NtClose(second), "STATUS_SUCCESS")
  expect(NtClose(third), "STATUS_SUCCESS")
end)
